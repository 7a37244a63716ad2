// Loads the checkout app in chunks, asynchronously, as BigCommerce's loader does: scripts that patch
// XMLHttpRequest in the head are in time, later ones may not be.
window.checkoutLoader = {
  loadFiles({ publicPath }) {
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = `${publicPath}/confirmation.js`;
      script.async = true;
      script.onload = () => resolve(window.checkoutApp);
      script.onerror = reject;
      document.head.append(script);
    });
  },
};
