"""Tables that come in and go out as files: reading CSV and XLSX, cells that no spreadsheet runs, exports."""
