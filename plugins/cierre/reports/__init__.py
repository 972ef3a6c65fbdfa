"""Looking at books, before and after they are closed: preview, what-if, work list, export, audit."""
