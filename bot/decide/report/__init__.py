"""The report of an iteration: who asks for it and when it is posted, what stands in it, how it is shown and exported.

It names people with their shifts alone: what each asked, answered, or how fast, is nowhere in it.
"""
