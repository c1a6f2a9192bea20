"""What helps an answer along: templates, macros, answers sent later, answers that wait for somebody's yes, comfort."""
