"""Whatever is sent, by whichever way in: a clear answer, never an error of ours, nothing lost and nothing run."""
