"""The way of a message, step by step."""

from collections.abc import Callable, Sequence

from huixiang.engine.masking import mask
from huixiang.engine.normalising import normalise
from huixiang.intake.models import Message
from huixiang.triage import doubting, rising
from huixiang.triage.opinions import actions as opinions
from huixiang.triage.signals import Batch, Signal
from huixiang.triage.steps import commanding, fetching, judging, linking, preceding, reading, remembering, routing
from huixiang.workspaces.models import Workspace

Step = Callable[[Batch], None]

STEPS: tuple[Step, ...] = (
    linking.link_members,
    commanding.take_commands,
    linking.continue_cases,
    linking.join_rows,
    reading.read_texts,
    preceding.join_before,
    reading.embed_feedback,
    fetching.note_evidence,
    reading.build_feedback,
    judging.find_themes,
    judging.find_copies,
    judging.assess,
    routing.route,
    judging.store_places,
    routing.write_turns,
    routing.finish_messages,
    fetching.want_files,
    routing.report,
    commanding.ask_bots,
    rising.regrade_rising,
    doubting.doubt_earlier,
    opinions.ask_about_doubtful,
    remembering.remember_members,
)
FORCED = {"step": "gate", "forced": True}


def run(*, workspace: Workspace, messages: Sequence[Message]) -> Batch:
    """Take a batch of pending messages all the way, inside the caller's transaction. Raises what a step raises."""
    signals = []
    for message in messages:
        message.masked_text = mask(normalise(message.text).text).text
        signals.append(Signal([message], forced=FORCED in message.findings))
    batch = Batch(workspace, signals)
    for step in STEPS:
        step(batch)
    return batch
