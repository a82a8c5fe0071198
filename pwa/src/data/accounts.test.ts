import { describe, expect, it } from "vitest";
import { LocalAccounts } from "./accounts";
import { cacheName } from "./databases";
import type { LocalPerson } from "./local";
import { mediaWork } from "./media-work";
import { mediaKey } from "./media-cache";
import { Device, EPOCH, idOf, meOf, page, settled } from "./testing";
import type { Request } from "./ports/ports";
import { CONSUMED_START } from "./digest";

const KEYS: Record<string, string> = { ana: btoa("a".repeat(32)), ben: btoa("b".repeat(32)) };

/** A school whose sync is out of reach, while signing in works. */
function school(shared: boolean) {
  return (request: Request) => {
    if (request.path !== "/api/session") return undefined;
    if (request.method === "DELETE") return { status: 204 };
    const { username } = request.json as { username: string };
    const { id, name, role, status, school: own } = meOf(username);
    const key = shared ? { shared_key: KEYS[username] } : {};
    const person = { id, name, role, status, username };
    return { status: 201, json: { person, school: own, session: "s", shared, ...key } };
  };
}

/** The server knows people by plain names. */
function asAna(request: Request): Request {
  return request.method === "POST"
    ? { ...request, json: { ...(request.json as object), username: "ana" } }
    : request;
}

/** A tab that hears the others too late. */
const DEAF = {
  open: () => ({ post: () => undefined, listen: () => () => undefined, close: () => undefined }),
};

function accountsOn(device: Device): LocalAccounts {
  return new LocalAccounts(device.ports(), mediaWork);
}

function signIn(accounts: LocalAccounts, username: string, shared: boolean): Promise<LocalPerson> {
  const request = { username, password: "three warm words", device: "tablet", shared };
  return accounts.signIn(request) as Promise<LocalPerson>;
}

function titles(local: LocalPerson): Promise<string[]> {
  return new Promise((resolve) => {
    const stop = local.list("artifact").subscribe((found) => {
      queueMicrotask(() => stop());
      resolve(found.rows.map((row) => row.fields.title));
    });
  });
}

/** Everything on the disk as one text, to look for what must not be readable. */
async function everything(device: Device): Promise<string> {
  const names = await device.disk.names();
  const tables = ["state", "outbox", "ring", "drafts", "uploads", "base", "words", "people", "files"];
  return JSON.stringify(
    names.map((name) => tables.map((table) => [...device.disk.table(name, table).values()])),
  );
}

describe("people who share a browser", () => {
  it("never see each other's work; what was unsent is there at the next sign-in", async () => {
    const device = new Device();
    device.server = school(false);
    const accounts = accountsOn(device);
    const ana = await signIn(accounts, "ana", false);
    const id = await ana.create("artifact", { title: "Ana's bridge" });
    await ana.set(id, "where", "River");
    await ana.setting("theme", "dark");
    expect(await accounts.signOut()).toEqual({ unsent: 1 });
    const ben = await signIn(accounts, "ben", false);
    expect(await titles(ben)).toEqual([]);
    expect(await accounts.known()).toContainEqual({
      person: idOf("ana"),
      name: "ana",
      username: "ana",
      unsent: 1,
    });
    await accounts.signOut();
    expect(await titles(await signIn(accounts, "ana", false))).toEqual(["Ana's bridge"]);
  });

  it("send only their own changes, and every call says whose it is", async () => {
    const device = new Device();
    const session = school(false);
    device.server = (request) => {
      if (request.path === "/api/sync/push") return { status: 503, json: { slug: "busy" } };
      if (request.path !== "/api/sync/pull") return session(request) ?? { status: 204 };
      return { json: page({ epoch: EPOCH, confirmed: [0, CONSUMED_START] }) };
    };
    const accounts = accountsOn(device);
    const ana = await signIn(accounts, "ana", false);
    await ana.create("artifact", { title: "Ana's bridge" });
    await ana.sync();
    await accounts.signOut();
    device.requests.length = 0;
    const ben = await signIn(accounts, "ben", false);
    await ben.create("artifact", { title: "Ben's boat" });
    await ben.sync();
    const calls = device.requests.filter((request) => request.path.startsWith("/api/sync/"));
    expect(new Set(calls.map((request) => request.headers?.["Pathfolio-Person"]))).toEqual(
      new Set([idOf("ben")]),
    );
    expect(JSON.stringify(calls)).not.toContain("Ana's bridge");
    expect(JSON.stringify(calls)).toContain("Ben's boat");
  });

  it("on a shared device leave nothing readable behind, and find it again with their own key", async () => {
    const device = new Device();
    device.server = school(true);
    const accounts = accountsOn(device);
    const ana = await signIn(accounts, "ana", true);
    await ana.create("artifact", { title: "Ana's bridge" });
    await ana.draft("note").set("half a sentence");
    expect(await accounts.signOut()).toEqual({ unsent: 1 });
    const left = await everything(device);
    expect(left).not.toContain("Ana's bridge");
    expect(left).not.toContain("half a sentence");
    expect(left).not.toContain(KEYS["ana"]);
    await signIn(accounts, "ben", true);
    await accounts.signOut();
    const again = await signIn(accounts, "ana", true);
    expect(await titles(again)).toEqual(["Ana's bridge"]);
    expect((await again.draft<string>("note").get())?.value).toBe("half a sentence");
  });

  it("find it again also when they forget to say that the device is shared", async () => {
    const device = new Device();
    device.server = school(true);
    const accounts = accountsOn(device);
    const ana = await signIn(accounts, "ana", true);
    await ana.create("artifact", { title: "Ana's bridge" });
    await accounts.signOut();
    const request = { username: "Ana@north", password: "three warm words", device: "tablet", shared: false };
    device.server = (sent) =>
      school((sent.json as { shared?: boolean } | undefined)?.shared === true)(asAna(sent));
    expect(await titles((await accounts.signIn(request)) as LocalPerson)).toEqual(["Ana's bridge"]);
  });

  it("on a shared device keep unsent files encrypted, byte for byte", async () => {
    const device = new Device();
    device.server = school(true);
    const accounts = accountsOn(device);
    const ana = await signIn(accounts, "ana", true);
    const id = await ana.create("artifact", { title: "Ana's bridge" });
    const words = new TextEncoder().encode("the plan of the bridge ".repeat(100_000));
    await ana.attach(id, new Blob([words]), { type: "file", name: "plan.txt" });
    const upload = (await (await device.ports().media(idOf("ana"))).keys())[0] ?? "";
    await accounts.signOut();
    expect(await (await device.ports().media(idOf("ana"))).keys()).toEqual([]);
    await signIn(accounts, "ana", true);
    const store = await device.ports().media(idOf("ana"));
    const key = mediaKey(upload.split("/")[0] ?? "", "original");
    expect(await store.read(key, 0, words.length)).toEqual(words);
  });

  it("find everything again when the app was ended in the middle of signing out", async () => {
    for (const stage of ["cache", "outbox"]) {
      const device = new Device();
      device.server = school(true);
      const accounts = accountsOn(device);
      const ana = await signIn(accounts, "ana", true);
      await ana.create("artifact", { title: "Ana's bridge" });
      const remove = device.disk.delete.bind(device.disk);
      device.disk.delete = (name) => (name.endsWith(stage) ? new Promise(() => undefined) : remove(name));
      void accounts.signOut();
      await device.clock.pass(20_000);
      device.disk.delete = remove;
      device.restart();
      const next = accountsOn(device);
      expect(await next.current()).toBeUndefined();
      await settled();
      expect(await everything(device)).not.toContain("Ana's bridge");
      expect((await next.known()).map(({ unsent }) => unsent)).toEqual([1]);
      expect(await titles(await signIn(next, "ana", true))).toEqual(["Ana's bridge"]);
      await next.signOut();
      expect(await titles(await signIn(next, "ana", true))).toEqual(["Ana's bridge"]);
    }
  });

  it("lose nothing that another tab saves while their work is being encrypted", async () => {
    const device = new Device();
    device.server = school(true);
    const ports = device.ports();
    const encrypt = ports.crypto.encrypt.bind(ports.crypto);
    let other: LocalPerson | undefined;
    ports.crypto.encrypt = async (key, plain) => {
      const tab = other;
      other = undefined;
      if (tab !== undefined) {
        // Its cache is gone by now; what a form holds needs only the outbox.
        await expect(tab.create("artifact", { title: "Too late" })).rejects.toMatchObject({ slug: "closed" });
        await tab.draft("note").set("Ana's tower");
      }
      return encrypt(key, plain);
    };
    const accounts = new LocalAccounts(ports, mediaWork);
    const ana = await signIn(accounts, "ana", true);
    await ana.create("artifact", { title: "Ana's bridge" });
    other = (await new LocalAccounts(
      { ...device.ports(), broadcast: DEAF },
      mediaWork,
    ).current()) as LocalPerson;
    await accounts.signOut();
    const again = await signIn(accountsOn(device), "ana", true);
    expect(await titles(again)).toEqual(["Ana's bridge"]);
    expect((await again.draft("note").get())?.value).toBe("Ana's tower");
  });

  it("are signed out even while the network hangs", async () => {
    const device = new Device();
    device.server = school(true);
    const accounts = accountsOn(device);
    await signIn(accounts, "ana", true);
    device.hanging = true;
    void accounts.signOut();
    await device.clock.pass(16_000);
    device.restart();
    expect(await accountsOn(device).current()).toBeUndefined();
  });

  it("are asked again by password, and a different person's answer is refused", async () => {
    const device = new Device();
    device.server = school(false);
    const accounts = accountsOn(device);
    const ana = await signIn(accounts, "ana", false);
    ana.engine.tell({ signInNeeded: true });
    await accounts.signInAgain("three warm words");
    expect(ana.engine.status.value.signInNeeded).toBe(false);
    device.server = () => school(false)({ method: "POST", path: "/api/session", json: { username: "ben" } });
    await expect(accounts.signInAgain("three warm words")).rejects.toMatchObject({ slug: "invalid" });
  });

  it("stay signed in across a restart, without a network", async () => {
    const device = new Device();
    device.server = school(false);
    await signIn(accountsOn(device), "ana", false);
    device.server = () => undefined;
    device.disk.crash();
    const local = await accountsOn(device).current();
    expect(local?.me.name).toBe("ana");
  });

  it("open their work again after a start for which there was no room", async () => {
    const device = new Device();
    device.server = school(false);
    await (await signIn(accountsOn(device), "ana", false)).create("artifact", { title: "Ana's bridge" });
    device.restart();
    await device.disk.delete(cacheName(idOf("ana")));
    device.disk.room = 0;
    const accounts = accountsOn(device);
    await expect(accounts.current()).rejects.toMatchObject({ slug: "quota" });
    device.disk.room = Infinity;
    device.requests.length = 0;
    const local = (await accounts.current()) as LocalPerson;
    expect(await titles(local)).toEqual(["Ana's bridge"]);
    await device.clock.pass(1000);
    expect(device.requests.map((request) => request.path)).toContain("/api/sync/ping");
  });
});

describe("a browser", () => {
  it("that never saw anybody asks the server nothing", async () => {
    const device = new Device();
    expect(await accountsOn(device).current()).toBeUndefined();
    expect(device.requests).toEqual([]);
  });

  it("that dropped our data says so while it is fetched again", async () => {
    const device = new Device();
    const { id, name, role, status, school: own } = meOf("ana");
    device.looks.signedIn = true;
    device.server = (request) =>
      request.path === "/api/session"
        ? {
            status: 200,
            json: { person: { id, name, role, status, username: "ana" }, school: own, shared: false },
          }
        : undefined;
    const local = (await accountsOn(device).current()) as LocalPerson;
    expect(local.engine.status.value).toMatchObject({ evicted: true, complete: false });
  });

  it("is wiped of a person whose account was deleted, and of nobody else", async () => {
    const device = new Device();
    device.server = school(false);
    const accounts = accountsOn(device);
    const ben = await signIn(accounts, "ben", false);
    await ben.create("artifact", { title: "Ben's boat" });
    await accounts.signOut();
    const ana = await signIn(accounts, "ana", false);
    await ana.create("artifact", { title: "Ana's bridge" });
    await accounts.wipe();
    const left = await everything(device);
    expect(left).not.toContain("Ana's bridge");
    expect(left).toContain("Ben's boat");
  });
});
