"""Tables that people keep their contracts in: CSV and XLSX, read as documents."""
