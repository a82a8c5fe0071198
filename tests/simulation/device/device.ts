// One simulated device: a disk that survives, and a life (the running app, in one or more tabs) that can end at once.

import { LocalAccounts } from "../../../pwa/src/data/accounts";
import type { LocalPerson } from "../../../pwa/src/data/local";
import { mediaWork } from "../../../pwa/src/data/media-work";
import { MemoryMedia } from "../../../pwa/src/data/ports/media-memory";
import { MemoryDatabases, type Session } from "../../../pwa/src/data/ports/memory";
import type { MediaStore, Ports } from "../../../pwa/src/data/ports/ports";
import { BrowserChannels, BrowserLocks, Looks, cipher } from "./browser";
import { Fuse } from "./fuse";
import { seeded } from "./random";
import { Told } from "./told";
import type { World } from "./world";

interface Life {
  alive: boolean;
  locks: BrowserLocks;
  channels: BrowserChannels;
  tabs: Map<number, Tab>;
  fuse: Fuse;
  ended: Promise<void>;
  end(): void;
}

export interface Tab {
  alive: boolean;
  /** Of a frozen tab, what happens to it when it is looked at again. */
  frozen: (() => void)[] | undefined;
  looks: Looks;
  session: Session;
  accounts: LocalAccounts;
  local: LocalPerson | undefined;
}

export class Device {
  skew = 0;
  readonly told: Told;
  private readonly cookie = { signedIn: false };
  private lives = 0;
  private tabs = 0;
  private life: Life;

  constructor(
    readonly name: string,
    private readonly seed: string,
    private readonly world: World,
    readonly disk = new MemoryDatabases(),
    readonly files = new Map<string, MemoryMedia>(),
  ) {
    this.life = this.born();
    this.told = new Told(disk);
  }

  private born(): Life {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const life: Life = {
      alive: true,
      ended,
      end: () => {
        life.alive = false;
        end();
      },
      locks: new BrowserLocks(),
      channels: new BrowserChannels(),
      tabs: new Map(),
      fuse: new Fuse(() => {
        this.crash(0);
        this.world.say({ crashed: this.name });
      }),
    };
    return life;
  }

  /** The app is killed when it has asked for so many more things. */
  crashAfter(requests: number): void {
    this.life.fuse.set(requests);
  }

  /** When this life is over. */
  get ended(): Promise<void> {
    return this.life.ended;
  }

  /** At how many points this life could have been killed so far. */
  get passed(): number {
    return this.life.fuse.passed;
  }

  look(event: "online" | "visible" | "hidden", number: number | undefined): void {
    for (const [other, tab] of this.life.tabs)
      if (number === undefined || other === number) tab.looks.tell(event);
  }

  media(person: string): MediaStore {
    const known = this.files.get(person) ?? new MemoryMedia();
    this.files.set(person, known);
    return known;
  }

  tab(number: number): Tab {
    const known = this.life.tabs.get(number);
    if (known !== undefined) return known;
    const { life } = this;
    const random = seeded(`${this.seed}/${this.name}/${this.lives}/${this.tabs++}`);
    const session = this.disk.session();
    const looks = new Looks(this.cookie);
    const begun: Omit<Tab, "accounts"> = { alive: true, frozen: undefined, looks, session, local: undefined };
    const tab = begun as Tab;
    const alive = (): boolean => life.alive && tab.alive;
    const enter = (run: () => void): void => {
      if (!alive()) return;
      if (tab.frozen === undefined) run();
      else tab.frozen.push(() => enter(run));
    };
    const ports: Ports = {
      clock: this.world.clock(() => this.skew, enter),
      random,
      databases: session,
      transport: this.world.transport(this.name, enter),
      media: (person) => Promise.resolve(this.media(person)),
      locks: life.locks.forTab(alive, enter),
      broadcast: life.channels.forTab(alive, enter),
      around: looks.forTab(alive),
      crypto: cipher(random),
      addresses: {
        make: (blob) => `blob:${blob.size}`,
        end: () => undefined,
        playing: () => undefined,
      },
    };
    tab.accounts = new LocalAccounts(life.fuse.guard(ports, alive), mediaWork);
    life.tabs.set(number, tab);
    return tab;
  }

  /** One tab is closed or killed; the others go on. */
  close(number: number): void {
    const tab = this.life.tabs.get(number);
    if (tab === undefined) return;
    tab.alive = false;
    tab.session.end();
    this.life.tabs.delete(number);
    this.life.locks.release();
  }

  /** The browser puts a tab to sleep, with all that it holds; or wakes it. */
  freeze(number: number, asleep: boolean): void {
    const tab = this.life.tabs.get(number);
    if (tab === undefined) return;
    const missed = tab.frozen ?? [];
    tab.frozen = asleep ? missed : undefined;
    if (!asleep) for (const run of missed) run();
  }

  /** The app is killed or the power goes; `lost` relaxed commits had not reached the disk. */
  crash(lost: number): void {
    this.life.end();
    this.disk.crash(lost);
    this.life = this.born();
    this.lives += 1;
  }

  /** The end of the world: nothing of the app goes on. */
  end(): void {
    this.life.end();
    this.disk.crash();
  }

  /** The browser drops databases whose name ends so. */
  async evict(suffix: string): Promise<void> {
    this.crash(0);
    for (const name of await this.disk.names()) if (name.endsWith(suffix)) await this.disk.delete(name);
    if (suffix === "") this.files.clear();
  }

  /** Another device with the same disk, as from a device backup. */
  clone(name: string): Device {
    const files = new Map([...this.files].map(([person, media]) => [person, media.clone()]));
    const twin = new Device(name, this.seed, this.world, this.disk.clone(), files);
    twin.cookie.signedIn = this.cookie.signedIn;
    return twin;
  }
}
