"""Templates, macros, answers that are sent later or wait for a yes, comfort: the pages of the dialogue package."""
