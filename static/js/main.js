// What the pages do beyond their forms and links: all of it also works without this file.
import "./look.js";
import "./clocks.js";
import "./live.js";
import "./claim.js";
import "./focus.js";
import "./keys.js";
