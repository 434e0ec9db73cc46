// Search without a server: a browser starts no worker from a file, so a frame stands in for it.
// The theme asks for it under this name; from a server this does nothing.
if (location.protocol === "file:") {
  window.IFrameWorker = class extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      const inside = (this.inside = frame.contentWindow);
      const load = (script) =>
        new Promise((loaded, failed) => {
          const tag = inside.document.createElement("script");
          Object.assign(tag, { src: script, onload: loaded, onerror: failed });
          inside.document.body.append(tag);
        });
      inside.importScripts = (...scripts) =>
        scripts.reduce((before, script) => before.then(() => load(script)), Promise.resolve());
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      this.ready = load(String(address));
    }

    postMessage(data) {
      this.ready = this.ready.then(() =>
        this.inside.dispatchEvent(new MessageEvent("message", { data })),
      );
    }

    terminate() {
      this.inside.frameElement.remove();
    }
  };
  window.Worker = window.IFrameWorker;
}
