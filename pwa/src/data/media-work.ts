// Joins the engine with the work on files in media/, which is loaded when there is a file.

import type { Core } from "./core";
import type { UploadQueue } from "./media";
import type { MediaWork } from "./media-shapes";
import type { MediaStore } from "./ports/ports";

/** Held by every tab that is copying a file. */
function copying(core: Core): string {
  return `pathfolio-${core.me.id}-copying`;
}

/** Drops what an app that was killed in the middle of a copy left behind. False: somebody is copying now. */
async function sweep(core: Core, media: MediaStore): Promise<boolean> {
  const done = await core.ports.locks.ifFree(copying(core), async () => {
    for (const key of await media.keys()) if (key.endsWith("/original.part")) await media.delete(key);
    return true;
  });
  return done === true;
}

export const mediaWork: MediaWork = {
  async prepare(file, meta, core, media) {
    const { prepare } = await import("./media");
    const { clock, locks } = core.ports;
    return locks.shared(copying(core), () => prepare(file, meta, { media, clock }));
  },

  queue(core, media) {
    let queue: UploadQueue | undefined;
    let swept = false;
    const changed = (ids: string[]): void => {
      void core.loadUploads().then(() => core.tell(ids, ["uploads", "status"]));
    };
    return {
      async run(signal) {
        // Only the tab that leads comes here.
        swept ||= await sweep(core, media).catch(() => false);
        if (queue === undefined) {
          if (core.uploads.size === 0) return "idle";
          const { UploadQueue } = await import("./media");
          const { transport, clock, around } = core.ports;
          queue = new UploadQueue({ transport, outbox: core.outbox, media, clock, around, changed });
        }
        return queue.run(signal);
      },
    };
  },
};
