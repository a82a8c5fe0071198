// One simulated device: a disk that survives, and a life (the running app, in one or more tabs) that can end at once.

import { LocalAccounts } from "../../../pwa/src/data/accounts";
import type { LocalPerson } from "../../../pwa/src/data/local";
import { mediaWork } from "../../../pwa/src/data/media-work";
import { MemoryMedia } from "../../../pwa/src/data/ports/media-memory";
import { MemoryDatabases } from "../../../pwa/src/data/ports/memory";
import type { MediaStore, Ports, Random } from "../../../pwa/src/data/ports/ports";
import { BrowserChannels, BrowserLocks, Looks, cipher } from "./browser";
import { Fuse } from "./fuse";
import { seeded } from "./random";
import { Told } from "./told";
import type { World } from "./world";

interface Life {
  alive: boolean;
  locks: BrowserLocks;
  channels: BrowserChannels;
  looks: Looks;
  tabs: Map<number, Tab>;
  fuse: Fuse;
}

export interface Tab {
  accounts: LocalAccounts;
  local: LocalPerson | undefined;
}

export class Device {
  skew = 0;
  readonly told: Told;
  private lives = 0;
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
    const life: Life = {
      alive: true,
      locks: new BrowserLocks(),
      channels: new BrowserChannels(),
      looks: new Looks(),
      tabs: new Map(),
      fuse: new Fuse(
        () => life.alive,
        () => {
          this.crash(0);
          this.world.say({ crashed: this.name });
        },
      ),
    };
    return life;
  }

  /** The app is killed when it has asked so much more of its disk. */
  crashAfter(requests: number): void {
    this.life.fuse.set(requests);
  }

  get looks(): Looks {
    return this.life.looks;
  }

  private ports(life: Life, random: Random): Ports {
    const alive = (): boolean => life.alive;
    return {
      clock: this.world.clock(() => this.skew, alive),
      random,
      databases: life.fuse.guard(this.disk),
      transport: this.world.transport(this.name, alive),
      media: (person) => Promise.resolve(this.media(person)),
      locks: life.locks.forTab(alive),
      broadcast: life.channels.forTab(alive),
      around: life.looks.forTab(alive),
      crypto: cipher(random),
      addresses: {
        make: (blob) => `blob:${blob.size}`,
        end: () => undefined,
        playing: () => undefined,
      },
    };
  }

  media(person: string): MediaStore {
    const known = this.files.get(person) ?? new MemoryMedia();
    this.files.set(person, known);
    return known;
  }

  tab(number: number): Tab {
    const known = this.life.tabs.get(number);
    if (known !== undefined) return known;
    const random = seeded(`${this.seed}/${this.name}/${this.lives}/${number}`);
    const tab = {
      accounts: new LocalAccounts(this.ports(this.life, random), mediaWork),
      local: undefined,
    };
    this.life.tabs.set(number, tab);
    return tab;
  }

  /** The app is killed or the power goes; `lost` relaxed commits had not reached the disk. */
  crash(lost: number): void {
    this.life.alive = false;
    this.disk.crash(lost);
    this.life = this.born();
    this.lives += 1;
  }

  /** The end of the world: nothing of the app goes on. */
  end(): void {
    this.life.alive = false;
    this.disk.crash();
  }

  /** The browser drops databases whose name ends so. */
  async evict(suffix: string): Promise<void> {
    this.crash(0);
    for (const name of await this.disk.names())
      if (name.endsWith(suffix)) await this.disk.delete(name);
    if (suffix === "") this.files.clear();
  }

  /** Another device with the same disk, as from a device backup. */
  clone(name: string): Device {
    const files = new Map([...this.files].map(([person, media]) => [person, media.clone()]));
    return new Device(name, this.seed, this.world, this.disk.clone(), files);
  }
}
