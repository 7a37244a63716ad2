// Loads the checkout app in chunks, asynchronously, as BigCommerce's loader does: scripts that patch
// XMLHttpRequest in the head are in time, later ones may not be.
window.checkoutLoader = {
  loadFiles({ publicPath }) {
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = `${publicPath}/confirmation.js`;
      script.async = true;
      script.onload = () => {
        const done = () => resolve(window.checkoutApp);
        // The real app comes in so many chunks that the page behind this script has long been parsed.
        if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', done);
        else done();
      };
      script.onerror = reject;
      document.head.append(script);
    });
  },
};
