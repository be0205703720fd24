"""Photographs (写真): developed anew from what a camera sent, without what it says of its owner.

A picture taken on site carries place, time and device in its metadata (EXIF), sometimes more behind
its end. What is kept is drawn anew from the pixels; time and whether a place stood there are noted.
"""
