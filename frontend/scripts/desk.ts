// The desk's browser code: nothing here is needed to read a page or send a form.
import { startClocks } from "./clocks";
import { startDialogs } from "./dialogs";
import { startFields } from "./fields";
import { startInserts } from "./insert";
import { startKeys } from "./keys";
import { startRequests } from "./requests";
import { toBottom } from "./scroll";
import { startToasts } from "./toast";

startDialogs();
startToasts();
startRequests();
startFields();
startInserts();
startKeys();
startClocks();
toBottom(document);
