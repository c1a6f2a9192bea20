// The portal's browser code: as the desk's, without keys, with files sent beside the words.
import { startClocks } from "./clocks";
import { startDialogs } from "./dialogs";
import { startFields } from "./fields";
import { startRequests } from "./requests";
import { startToasts } from "./toast";
import { startUploads } from "./uploads";

startDialogs();
startToasts();
startRequests();
startFields();
startUploads();
startClocks();
