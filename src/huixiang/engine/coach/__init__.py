"""Reading a draft before it is sent: what it does well, what it lacks, what would hurt, and better words."""
