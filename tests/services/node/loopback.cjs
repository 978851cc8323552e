// Servers that would listen on every interface listen on loopback only.
const net = require("node:net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  if (typeof port === "object") return listen.call(this, port, ...rest);
  const callbacks = rest.filter((each) => typeof each === "function");
  return listen.call(this, port, "127.0.0.1", ...callbacks);
};
