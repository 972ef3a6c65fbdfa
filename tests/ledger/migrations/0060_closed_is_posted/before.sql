-- The books of one of the two closed days were deleted in the ERP, to be posted anew, and never were.
UPDATE erp.attempt SET state = 'withdrawn', outcome = '"it was deleted"' WHERE lot = right('t_a', 6);
