"""What tasks are made of: texts, tables and waves as numbers."""
