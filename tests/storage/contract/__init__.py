"""What every port of storage promises, on every engine. An engine that meets it may stand in for AWS in a test."""
