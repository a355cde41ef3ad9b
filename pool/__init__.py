"""The requirement pool on PostgreSQL; the only room that speaks SQL."""
