"""Inspection of a file by its content (内容検査): what is it really, and may it be kept?

Pure: an open file in, a Verdict out or a Refusal raised; nothing here writes or asks the network.
"""
