"""Forms of one's own: XLSForm in, XForm out, and a mapping that says which answer becomes which fact."""
