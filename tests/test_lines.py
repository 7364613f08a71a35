"""Lines that stand for records: nothing is lost in one, and what a run counts of it is the record's own."""

from __future__ import annotations

import json
import pickle

from export_samples import records
from hypothesis import given

from llm_extract.lines import RecordLine, Share
from llm_extract.schema import Record, record_line


@given(records())
def test_a_line_is_its_record(record: Record) -> None:
    """From a line the record comes back, also over a pipe, and its text is what `record_line` writes."""
    line = RecordLine.of(record)
    assert pickle.loads(pickle.dumps(line)) == line  # noqa: S301 - made here
    assert line.record() == record
    assert line.text == record_line(record)
    assert (line.letter_id, line.sha256, line.model) == (record.letter_id, record.source.sha256, record.run.model)
    assert line.status == record.status


@given(records())
def test_what_is_counted_of_a_line_is_what_is_counted_of_its_text(record: Record) -> None:
    """A run that is taken up again, which reads the lines of its file, comes to the same sums as the one that wrote them."""
    line = RecordLine.of(record)
    assert line.share == Share.of(json.loads(line.text))
    assert line.codes == tuple(dict.fromkeys(issue.code for issue in record.issues))
    assert line.share.why == (line.codes if record.status == "failed" else ())
