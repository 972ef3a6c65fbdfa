"""Files of banks and acquirers, read into statements and settlement reports: bytes in, values or all mistakes out."""
