"""The people of the community: roster, profile, joining and parting, what is stored, erasure."""
