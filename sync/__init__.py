"""The verbs that move issues between trackers and the pool, one file each."""
