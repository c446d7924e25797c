"""The agreement between marketing and sales: what is owed to a lead, by whom, and until when."""
