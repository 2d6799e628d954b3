"""The frame before the proof: the practice by the name it uses where others may read along, its phone, nothing else."""

from dataclasses import replace
from datetime import datetime

from freeslot.practices.models import Practice
from freeslot.visits.frames import frame_for
from freeslot.web.facts import Frame


def discreet_frame(practice: Practice, now: datetime) -> Frame:
    frame = frame_for(practice, now)
    home = "/" if practice.neutral_alias else frame.brand.home
    return replace(frame, brand=replace(frame.brand, name=practice.public_name, home=home))
