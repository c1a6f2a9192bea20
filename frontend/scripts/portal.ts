// The portal's browser code: as the desk's, without keys, with pictures shown before they are sent.
import { startClocks } from "./clocks";
import { startDialogs } from "./dialogs";
import { startFields } from "./fields";
import { startPictures } from "./pictures";
import { startRequests } from "./requests";
import { startToasts } from "./toast";

startDialogs();
startToasts();
startRequests();
startFields();
startPictures();
startClocks();
