"""Entity resolution (名寄せ): which corporation a name and an address mean, or why none is sure.

`evidence` compares, `weighing` turns what agrees into a probability, `matching` asks the record.
"""
