"""What happened after a plan was made: confirmations of partners, kept as a log beside the plan."""
