"""Files (CSV, XLSX): rows come in, nothing can go out."""
