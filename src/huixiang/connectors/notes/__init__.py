"""Phone calls and interviews: what people say comes in as our own notes, and answers are said on the phone."""
