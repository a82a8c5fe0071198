// Joins the engine with the work on files in media/, which is loaded when there is a file.

import type { UploadQueue } from "./media";
import type { MediaWork } from "./media-shapes";

export const mediaWork: MediaWork = {
  async prepare(file, meta, core, media) {
    const { prepare } = await import("./media");
    return prepare(file, meta, { media, clock: core.ports.clock });
  },

  queue(core, media) {
    let queue: UploadQueue | undefined;
    const changed = (ids: string[]): void => {
      void core.loadUploads().then(() => core.tell(ids, ["uploads", "status"]));
    };
    return {
      async run(signal) {
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
