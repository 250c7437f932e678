"""A reader that is slower than the frames loses old droppable ones, and never the order."""

from __future__ import annotations

from governance.core.live.consumer import MOST_WAITING, LiveConsumer
from governance.core.live.publishing import envelope
from monitoring.collecting import TOPIC
from tests.monitoring.sockets import broker_of, hear, opened, say, token_of
from tests.portal import Portal


def waiting(consumer: LiveConsumer, topic: str) -> list[bytes]:
    return [frame for name, _, _, frame in consumer.waiting if name == topic]


def test_measurements_go_before_facts() -> None:
    consumer = LiveConsumer()
    consumer.offer("events", None, None, b"first fact")
    for number in range(MOST_WAITING + 100):
        consumer.offer(TOPIC, None, None, b"%d" % number)
    assert waiting(consumer, "events") == [b"first fact"]
    kept = [int(frame) for frame in waiting(consumer, TOPIC)]
    assert len(consumer.waiting) == MOST_WAITING and kept == list(range(101, MOST_WAITING + 100))


def test_a_reader_that_sleeps_gets_the_newest_in_order_and_keeps_its_socket(portal: Portal) -> None:
    padding = "x" * 20_000
    with opened(portal, token=token_of(portal), max_queue=1, compression=None) as socket, broker_of(portal) as broker:
        say(socket, subscribe=["events"])
        say(socket, subscribe=["nothing"])
        hear(socket)
        for number in range(4_000):
            broker.publish("live", envelope("events", "test", {"number": number, "padding": padding if number < 3_999 else ""}, None, None))
        heard = [0]
        while heard[-1] != 3_999:
            frame = hear(socket)
            if frame["type"] == "test":
                heard.append(frame["data"]["number"])
    assert heard == sorted(heard) and len(heard) < 4_000
