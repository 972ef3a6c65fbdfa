"""What a source, an ERP and an allowance must be able to do, and the errors that decide what may be done next."""
