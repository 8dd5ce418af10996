// Lets the widgets of a page live without a kernel and without any other host.
(function () {
  // Modules, and the widget manager's icon font, lie beside this script in vendor/widgets.
  requirejs.config({ baseUrl: new URL("vendor/widgets/", document.currentScript.src).href });

  // The widget manager speaks to MathJax in the words of version 2; the site has version 3.
  document.addEventListener("DOMContentLoaded", function () {
    if (!window.MathJax || MathJax.Hub) return;
    MathJax.Hub = {
      Queue: function (call) {
        if (!call || call[0] !== "Typeset") return;
        MathJax.startup.promise.then(function () {
          return MathJax.typesetPromise([call[2]]);
        });
      },
    };
  });
})();
