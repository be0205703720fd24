"""Delegation (委任): an organisation lets an agent (代理人) act for it, and takes it back.

Offered by a representative of the principal (委任者) or asked for by the agent, accepted by the other
side, for named procedures and a period; an agent may pass it on (復委任) once where that is allowed.
Nobody acts for another without a mandate that holds at that moment.
"""
