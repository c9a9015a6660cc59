"""The sandbox, tested through its HTTP interface and in a browser, against a small fake bot."""
