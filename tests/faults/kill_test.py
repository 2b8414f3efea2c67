"""kill -9 at random moments under load: what was acknowledged is never lost, and the audit log verifies after each.

A generator pushes children over HTTP and notes each acknowledgement, with its own id, in a ledger that it syncs. The gateway is
killed again and again; at the end everything acknowledged must stand at the department, once."""

import http.client
import os
import random
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from site_of import PUSH, Site, free_port, main, measure_of, push_headers, push_route, pushed_child  # noqa: E402

ROUNDS = int(os.environ.get("CHARMILLE_KILLS", "20"))
PUSHERS = 4


class Pusher(threading.Thread):
    def __init__(self, port, numbers, ledger, lock, over):
        super().__init__(daemon=True)
        self.port, self.numbers, self.ledger, self.lock, self.over = port, numbers, ledger, lock, over

    def run(self):
        connection = None
        number = None
        while not self.over.is_set():
            if number is None:
                number = next(self.numbers)
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("POST", "/v1/endpoints/push", pushed_child(number), push_headers(number))
                answer = connection.getresponse()
                answer.read()
                if answer.status in (200, 202):
                    with self.lock:
                        self.ledger.append(number)
                    number = None
                else:
                    time.sleep(0.01)
            except (OSError, http.client.HTTPException):
                connection = None
                time.sleep(0.01)


def numbers():
    number = 0
    lock = threading.Lock()

    class Numbers:
        def __next__(self):
            nonlocal number
            with lock:
                number += 1
                return number

    return Numbers()


def killed_again_and_again():
    """kill -9 under load: acknowledged and lost 0, each delivered, audit verified after each"""
    port = free_port()
    listen = f"listen: {{address: 127.0.0.1:{port}, tls: none}}"
    seed = int(os.environ.get("CHARMILLE_SEED", str(time.time_ns())))
    print("seed", seed)
    chance = random.Random(seed)
    ledger, lock, over = [], threading.Lock(), threading.Event()
    with Site(PUSH, push_route(), listen) as site:
        supply = numbers()
        pushers = [Pusher(port, supply, ledger, lock, over) for _ in range(PUSHERS)]
        site.start()
        for one in pushers:
            one.start()
        for round_number in range(ROUNDS):
            time.sleep(chance.uniform(0.005, 0.5))
            site.kill()
            site.verify()
            site.start()
        time.sleep(0.5)
        over.set()
        for one in pushers:
            one.join(15)
        # State by state: the newest thousand are not all of them.
        site.until(lambda: not any(site.exchanges(limit=1, state=state) for state in
                                   ("received", "processing", "queued", "sending", "deferred")), "everything delivered", 120)
        acknowledged = set(ledger)
        delivered = {}
        for path in site.out_files():
            for line in path.read_text("utf-8").splitlines()[1:]:
                delivered.setdefault(line.split(";")[2], set()).add(path.name)
        lost = [number for number in acknowledged if measure_of(number) not in delivered]
        twice = [number for number, files in delivered.items() if len(files) > 1]
        print(f"{ROUNDS} kills, {len(acknowledged)} acknowledged, {len(lost)} lost, {len(twice)} delivered in two files")
        assert len(acknowledged) > ROUNDS, "hardly anything was pushed"
        assert not lost, f"lost: {lost[:10]}"
        assert not twice, f"delivered twice under other names: {twice[:10]}"
        site.stop()
        site.verify()


main(killed_again_and_again)
