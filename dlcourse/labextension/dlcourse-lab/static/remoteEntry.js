// Two things that JupyterLab with jupyterlab-myst leaves undone for the course:
//   - an image output is drawn without the `alt` that its metadata carries, {"image/png": {"alt": "…"}};
//   - a link to a heading of another document opens that document at its top.
// Written by hand as the small container that JupyterLab expects of a prebuilt extension (module federation:
// `init` receives the shared modules, `get` returns ours), so there is nothing to build.
(() => {
  const NAME = "dlcourse-lab";
  const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
  const IMAGE_RANK = 80; // JupyterLab's own image renderer has 90; the lower one is used.
  const POLL_MS = 100;
  const GIVE_UP_MS = 10000; // a long chapter takes a few seconds to draw
  let shared;

  async function loadShared(name) {
    const [provided] = Object.values(shared[name]);
    const load = await provided.get();
    return load();
  }

  function textAlternatives({ IRenderMimeRegistry, RenderedImage }) {
    class RenderedImageWithAlt extends RenderedImage {
      async render(model) {
        await super.render(model);
        const alt = model.metadata[this.mimeType]?.alt;
        const image = this.node.querySelector("img");
        if (alt && image) {
          image.alt = alt;
        }
      }
    }

    return {
      id: `${NAME}:text-alternatives`,
      description: "Text alternatives of image outputs",
      autoStart: true,
      requires: [IRenderMimeRegistry],
      activate: (app, registry) => {
        const createRenderer = (options) => new RenderedImageWithAlt(options);
        registry.addFactory({ safe: true, mimeTypes: IMAGE_TYPES, createRenderer }, IMAGE_RANK);
      },
    };
  }

  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  async function scrollToHeading(node, anchor) {
    const selector = `#${CSS.escape(anchor)}`;
    for (let waited = 0; waited < GIVE_UP_MS; waited += POLL_MS) {
      const heading = node.querySelector(selector);
      if (heading) {
        heading.scrollIntoView();
        await wait(5 * POLL_MS); // what stands above may still grow
        node.querySelector(selector)?.scrollIntoView();
        return;
      }
      await wait(POLL_MS);
    }
  }

  const linksToHeadings = {
    id: `${NAME}:links-to-headings`,
    description: "Links to headings of other documents",
    autoStart: true,
    activate: (app) => {
      app.commands.commandExecuted.connect(async (_, { id, args, result }) => {
        if (id !== "rendermime:handle-local-link" || !args.id) {
          return;
        }
        await result;
        const opened = [...app.shell.widgets("main")].find((widget) => widget.context?.path === args.path);
        if (opened) {
          await scrollToHeading(opened.node, decodeURIComponent(args.id.replace(/^#/, "")));
        }
      });
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: (sharedModules) => {
      shared = sharedModules;
    },
    get: async () => {
      const plugins = [textAlternatives(await loadShared("@jupyterlab/rendermime")), linksToHeadings];
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
