// Signing in and out, and whose data is open. Each person has databases and files of their own.

import { Core } from "./core";
import { OUTBOX, cacheName, openStores, outboxName } from "./databases";
import { Directory, type PersonEntry } from "./directory";
import { LocalPerson } from "./local";
import type { MediaWork } from "./media-shapes";
import { LocalProblem, TransportProblem } from "./problems";
import { fromBase64 } from "./ports/base64";
import type { Channel, Ports, Transport } from "./ports/ports";
import type { Sealed } from "./sealed";
import { check } from "./sync/answers";
import { ensureClient } from "./sync/identity";
import type { Accounts, Join, Local, Me, SignIn, SignInWithCode } from "./shapes";
import { countUnsent } from "./unsent";

/** The server's word on a sign-in. */
interface SignedIn {
  person: { id: string; name: string; role: Me["role"]; status: Me["status"]; username: string | null };
  school: Me["school"];
  shared: boolean;
  shared_key?: string;
}

/** On a bad link a person who signs out does not wait longer than this for what may still be sent. */
const LAST_SYNC_MS = 15_000;

type AccountMessage = { about: "person"; person: string | null } | { about: "again"; person: string };

function meOf(answer: SignedIn): Me {
  const { id, name, role, status, username } = answer.person;
  return { id, name, role, status, username: username ?? "", school: answer.school, shared: answer.shared };
}

/** Every call says whose it is, so that another person's session on this browser refuses it. */
function transportOf(person: string, transport: Transport): Transport {
  return {
    send(request) {
      if (!request.path.startsWith("/api/")) return transport.send(request);
      return transport.send({ ...request, headers: { ...request.headers, "Pathfolio-Person": person } });
    },
  };
}

export class LocalAccounts implements Accounts {
  private directory: Promise<Directory> | undefined;
  private opened: LocalPerson | undefined;
  private sealing: Promise<Sealed> | undefined;
  private channel: Channel | undefined;

  constructor(
    private readonly ports: Ports,
    private readonly media: MediaWork,
  ) {}

  /** Only shared devices need it. */
  private sealed(): Promise<Sealed> {
    const { databases, crypto } = this.ports;
    return (this.sealing ??= import("./rare").then(({ Sealed }) => new Sealed(databases, crypto)));
  }

  /** For calls of the person who is signed in. */
  transport(): Transport {
    return this.opened === undefined
      ? this.ports.transport
      : transportOf(this.opened.me.id, this.ports.transport);
  }

  private list(): Promise<Directory> {
    if (this.channel === undefined) {
      this.channel = this.ports.broadcast.open("pathfolio-accounts");
      this.channel.listen((message) => this.heard(message as AccountMessage));
    }
    return (this.directory ??= Directory.open(this.ports.databases));
  }

  /** Another tab signed in or out: this one must not go on as somebody else. */
  private heard(message: AccountMessage): void {
    const mine = this.opened?.me.id ?? null;
    if (message.about === "again" && message.person === mine) this.opened?.engine.signedIn();
    if (message.about !== "person" || message.person === mine) return;
    const leaving = this.opened?.close() ?? Promise.resolve();
    this.opened = undefined;
    void leaving.finally(() => this.ports.around.reload());
  }

  private tell(message: AccountMessage): void {
    this.channel?.post(message);
  }

  async current(): Promise<Local | undefined> {
    if (this.opened !== undefined) return this.opened;
    const directory = await this.list();
    const { entry, owes } = await directory.current();
    for (const { id, key } of await directory.people()) {
      // Signed out, but the app was ended before everything was put away.
      if (key !== undefined && id !== entry?.id) void this.putAway(id).catch(() => undefined);
    }
    if (owes !== null) void this.tellServer(owes);
    if (entry !== undefined) return this.enter(entry, false);
    return owes === null && this.ports.around.remembered() ? this.afterEviction() : undefined;
  }

  /** The cookie is still there but what we knew is not: the browser dropped our data. */
  private async afterEviction(): Promise<Local | undefined> {
    try {
      const answer = await this.ports.transport.send({
        method: "GET",
        path: "/api/session",
        timeoutMs: 5_000,
      });
      if (answer.status !== 200) {
        this.ports.around.remember(false);
        return undefined;
      }
      const signed = answer.json as SignedIn;
      const entry = { id: signed.person.id, me: meOf(signed), device: "", unsent: 0 };
      return await this.enterAs(entry, signed.shared_key, true);
    } catch {
      return undefined;
    }
  }

  private async enterAs(entry: PersonEntry, key: string | undefined, evicted: boolean): Promise<LocalPerson> {
    const whole = { ...entry, ...(entry.me.shared && key !== undefined ? { key } : {}) };
    await this.alone(entry.id, async () => {
      if (key !== undefined && (await (await this.sealed()).has(entry.id))) {
        await (await this.sealed()).unseal(entry.id, fromBase64(key), await this.ports.media(entry.id));
      }
      await (await this.list()).signIn(whole);
    });
    this.ports.around.remember(true);
    this.tell({ about: "person", person: entry.id });
    return this.enter(whole, evicted);
  }

  private async enter(entry: PersonEntry, evicted: boolean): Promise<LocalPerson> {
    const stores = await openStores(this.ports.databases, entry.id);
    const { isNew } = await ensureClient(stores.outbox, this.ports.random);
    const ports = { ...this.ports, transport: transportOf(entry.id, this.ports.transport) };
    const store = await this.ports.media(entry.id);
    const local = new LocalPerson(new Core(entry.me, ports, stores), store, this.media);
    this.opened = local;
    try {
      await local.start(evicted && isNew);
    } catch (error) {
      // Half open it would never sync; no room, say, is no reason not to try again.
      this.opened = undefined;
      await local.close();
      throw error;
    }
    return local;
  }

  /** Whether this device keeps something encrypted for who signs in, whose key comes only to a shared device. */
  private async waitsFor(username: string): Promise<boolean> {
    const plain = (name: string): string => name.split("@")[0]?.trim().toLowerCase() ?? "";
    for (const entry of await (await this.list()).people()) {
      if (!entry.me.shared || plain(entry.me.username) !== plain(username)) continue;
      if (await (await this.sealed()).has(entry.id)) return true;
    }
    return false;
  }

  private async sign(path: string, request: SignIn | SignInWithCode | Join): Promise<Local> {
    const body = { ...request, shared: request.shared || (await this.waitsFor(request.username)) };
    const answer = check(await this.ports.transport.send({ method: "POST", path, json: body }));
    const signed = answer.json as SignedIn;
    if (this.opened !== undefined) {
      await (await this.list()).signOut(null);
      await this.leave(this.opened);
    }
    const entry = { id: signed.person.id, me: meOf(signed), device: body.device, unsent: 0 };
    return this.enterAs(entry, signed.shared_key, false);
  }

  signIn(request: SignIn): Promise<Local> {
    return this.sign("/api/session", request);
  }

  signInWithCode(request: SignInWithCode): Promise<Local> {
    return this.sign("/api/session/code", request);
  }

  join(request: Join): Promise<Local> {
    return this.sign("/api/join", request);
  }

  async signInAgain(password: string): Promise<void> {
    const local = this.opened;
    if (local === undefined) throw new LocalProblem("closed", "Nobody is signed in here.");
    const { me } = local;
    const entry = await (await this.list()).person(me.id);
    const { username, shared, school } = me;
    const json = { username, password, school: school.slug, device: entry?.device ?? "", shared };
    const answer = check(await this.ports.transport.send({ method: "POST", path: "/api/session", json }));
    if ((answer.json as SignedIn).person.id !== me.id)
      throw new LocalProblem("invalid", "That is another person.");
    local.engine.signedIn();
    this.tell({ about: "again", person: me.id });
  }

  async signOut(): Promise<{ unsent: number }> {
    const local = this.opened;
    if (local === undefined) return { unsent: 0 };
    // What can still go out goes; without a network it simply stays.
    await this.within(LAST_SYNC_MS, local.engine.sync());
    const directory = await this.list();
    // First of all: whoever closes the app now must not be signed in when the next person opens it.
    await directory.signOut(local.me.id);
    this.ports.around.remember(false);
    this.tell({ about: "person", person: null });
    const unsent = await this.leave(local);
    await this.tellServer(local.me.id);
    return { unsent };
  }

  private within(ms: number, work: Promise<void>): Promise<void> {
    return new Promise((done) => {
      const cancel = this.ports.clock.after(ms, done);
      void work.finally(() => {
        cancel();
        done();
      });
    });
  }

  /** Ends the session at the server; if it can't be told now, at the next start with a network. */
  private async tellServer(person: string): Promise<void> {
    const transport = transportOf(person, this.ports.transport);
    try {
      const { status } = await transport.send({ method: "DELETE", path: "/api/session", timeoutMs: 10_000 });
      const directory = await this.list();
      const { owes } = await directory.current();
      if (owes === person && (status < 300 || status === 401)) await directory.signOut(null);
    } catch (error) {
      if (!(error instanceof TransportProblem)) throw error;
    }
  }

  /** Closes a person's data. Unsent work stays; on a shared device encrypted. Gives how much is unsent. */
  private async leave(local: LocalPerson): Promise<number> {
    this.opened = undefined;
    await local.close();
    const { id } = local.me;
    try {
      return await this.putAway(id);
    } catch (error) {
      // No room to encrypt: nothing is deleted, nobody sees it, and the next start tries again.
      if (!(error instanceof LocalProblem)) throw error;
      return (await (await this.list()).person(id))?.unsent ?? 0;
    }
  }

  /** One tab at a time puts a person's things away or gets them out. */
  private alone<T>(person: string, work: () => Promise<T>): Promise<T> {
    return this.ports.locks.hold(`pathfolio-${person}-away`, work);
  }

  /** What is left of a person who is not signed in any more; also after an earlier try was cut. */
  private putAway(person: string): Promise<number> {
    return this.alone(person, async () => {
      const directory = await this.list();
      const entry = await directory.person(person);
      if (entry === undefined || (await directory.current()).entry?.id === person) return 0;
      await this.ports.databases.delete(cacheName(person));
      const { databases } = this.ports;
      const outbox = await databases.open(outboxName(person), OUTBOX, { strict: true });
      // Emptied by an earlier try, which has written down how much it was.
      const emptied = (await outbox.read(["state"], (tx) => tx.count("state"))) === 0;
      const unsent = emptied ? entry.unsent : await countUnsent(outbox);
      outbox.close();
      const media = await this.ports.media(person);
      await directory.update({ ...entry, unsent });
      if (entry.key !== undefined) {
        await (await this.sealed()).seal(person, fromBase64(entry.key), media);
        await databases.delete(outboxName(person));
        await media.clear();
      } else if (unsent === 0) await media.clear();
      const { key: _key, ...rest } = entry;
      await directory.update({ ...rest, unsent });
      return unsent;
    });
  }

  async known(): Promise<{ person: string; name: string; username: string; unsent: number }[]> {
    const entries = await (await this.list()).people();
    return entries
      .filter((entry) => !entry.me.shared || entry.unsent > 0)
      .map(({ id, me, unsent }) => ({ person: id, name: me.name, username: me.username, unsent }));
  }

  async wipe(): Promise<void> {
    const local = this.opened;
    if (local === undefined) return;
    const { id } = local.me;
    await local.close();
    this.opened = undefined;
    const directory = await this.list();
    await (await this.ports.media(id)).clear();
    await this.ports.databases.delete(cacheName(id));
    await this.ports.databases.delete(outboxName(id));
    await (await this.sealed()).drop(id);
    await directory.remove(id);
    await directory.signOut(id);
    this.ports.around.remember(false);
    this.tell({ about: "person", person: null });
    await this.tellServer(id);
  }
}
