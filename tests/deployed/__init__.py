"""The product as it is deployed: its package, put into the emulator by CloudFormation, called through API Gateway, its
functions started by EventBridge, SQS and table streams alone."""
