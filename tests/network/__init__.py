"""The product on an emulator with a network between them that throttles, breaks off, stalls and loses answers."""
