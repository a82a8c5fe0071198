"""Every campaign by name: what is promised, what is done to break it, and how much is enough. Words only, no code.

The page of evidence is made from here, so sentences are for whoever runs a school's server. A campaign's code is the
module of its name in this package.
"""

from __future__ import annotations

from tests.campaigns.frame import Campaign, Extent

EVERY = (
    Campaign(
        name="seeds",
        title="Simulated schools",
        promise="Whatever networks, devices, clocks and servers do, no typed word is lost, all devices agree in the "
        "end, and nobody is sent what they may not see.",
        how="Each seed is one small school: the server's real code and the app's real sync engine in virtual time, "
        "several devices and people, dozens of edits, and a random choice of faults among them lost and doubled "
        "messages, crashes between any two steps, restores, wrong clocks, people who come and go. Then the faults "
        "stop, and every promise of the protocol is checked.",
        unit="seeds",
        full=Extent(count=100_000),
        small=Extent(count=2),
    ),
    Campaign(
        name="race",
        title="Many writers at once",
        promise="What many devices send at the same moment reaches whoever follows along: nothing is skipped, and "
        "nothing that was acknowledged is missing.",
        how="Eight devices send batches as fast as they can while another one asks for news without pause; on "
        "PostgreSQL, and, for safety, on SQLite with four server processes.",
        unit="batches",
        full=Extent(seconds=60),
        small=Extent(seconds=2),
    ),
    Campaign(
        name="kills",
        title="Server killed",
        promise="What the server said it has, it has, also when it is killed in the middle of something.",
        how="A real server is ended with `kill -9` at a random moment under load, started again, and asked for "
        "everything that it had acknowledged; as often on SQLite as on PostgreSQL.",
        unit="kills of each database",
        full=Extent(count=500),
        small=Extent(count=1),
    ),
    Campaign(
        name="power_loss",
        title="Power cut",
        promise="After a power cut the database opens and holds everything that was acknowledged.",
        how="Every write and flush that SQLite asks of the disk is recorded while the server works; from the record, "
        "images of the disk are made as a power cut could have left it (unflushed pieces lost, torn or out of "
        "order), and each is opened and compared with what had been acknowledged.",
        unit="states of the disk",
        full=Extent(count=20_000),
        small=Extent(count=100),
    ),
    Campaign(
        name="disk_faults",
        title="Disk full or failing",
        promise="When the server's disk is full, read-only or fails, devices are told to come back, keep their work, "
        "and deliver it later.",
        how="The real server on a disk that runs full, turns read-only or fails to flush at a random moment, then is "
        "well again.",
        unit="faults",
        full=Extent(count=200),
        small=Extent(count=2),
    ),
    Campaign(
        name="restore_drills",
        title="Restore from a backup",
        promise="After a restore, devices bring back what the backup did not have; what was erased stays erased.",
        how="A backup is taken while people work; the work goes on; the server is lost and restored from the backup; "
        "the devices come back one by one, and everything is compared.",
        unit="drills",
        full=Extent(count=100),
        small=Extent(count=1),
    ),
    Campaign(
        name="browsers",
        title="Real browsers",
        promise="Everything typed is at school or still on the device, whatever happens to browser, disk, app version "
        "and clock.",
        how="A student works in a real Chromium on a real server: writes, edits, answers, loses the network. "
        "At random moments the browser is killed, also in mid-sentence, its storage is full, a new version of the app "
        "arrives, or the clock jumps, by minutes or years. In the end the device has nothing left to send, and all "
        "that the screen had called saved is found at school, by a second device too.",
        unit="runs",
        full=Extent(count=100),
        small=Extent(count=2),
    ),
    Campaign(
        name="envelopes",
        title="Hostile requests",
        promise="No request of a broken or malicious device makes the server fail, damages what it holds, or brings "
        "out what another person wrote.",
        how="Real sync requests are spoiled at random: wrong types, huge numbers, broken Unicode, deep nesting, "
        "doubled keys, other people's ids and spaces, replays, cut or compressed bodies. Every answer must be a proper "
        "one or a refusal that says why.",
        unit="requests",
        full=Extent(count=1_000_000),
        small=Extent(count=3_000),
    ),
    Campaign(
        name="permissions",
        title="Who may do what",
        promise="Everybody can do what they may and nothing else, and a refusal does not tell whether what was asked "
        "for exists.",
        how="Random schools with classes, co-teachers, leavers, waiting students, groups and circles. Random people "
        "ask for random things; a second, independently written set of rules says beforehand what must happen.",
        unit="requests",
        full=Extent(count=100_000),
        small=Extent(count=1_000),
    ),
    Campaign(
        name="planted",
        title="Bugs planted on purpose",
        promise="The simulator notices what is wrong: bugs that were planted into the server, the merge rules and the "
        "app's engine are found by random seeds.",
        how="Each known bug in turn is put into the running code, and a simulated school runs with a random mix of "
        "faults. It is noticed when a promise breaks that holds in the same seed without the bug. (That each is "
        "noticed with the faults that it needs is a test of its own and runs with all others.)",
        unit="seeds with a bug",
        full=Extent(count=3_000),
        small=Extent(count=2),
    ),
    Campaign(
        name="mutants",
        title="Mutants of the merge core",
        promise="The tests of the code that merges everybody's changes notice at least 85 % of all small changes.",
        how="Every function of the core is changed in every small way that a tool knows (another operator, a forgotten "
        "argument, another constant), and the core's tests run each time. What nobody could notice, because it changes "
        "nothing that can be seen, is listed with its reason and not counted.",
        unit="mutants",
        full=Extent(count=2_700),
        small=Extent(count=20),
    ),
)

CAMPAIGNS: dict[str, Campaign] = {each.name: each for each in EVERY}
