/**
 * Imported before onnxruntime is used: its builds since 1.30 report their use to Microsoft under an id of the machine
 * that they keep in the home folder, unless this is set before the first session.
 */
process.env["ORT_DISABLE_TELEMETRY"] = "1";
