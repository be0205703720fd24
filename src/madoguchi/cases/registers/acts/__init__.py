"""Official acts on entries (職権による処分・記録): suspend, resume, cancel, lapse, change.

What acts a register has is data (`register.acts:`). An adverse act is proposed by one official and
approved by another (行政手続法第13条: the holder heard before, the record of it kept with the act).
"""
