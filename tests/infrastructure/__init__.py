"""Tests of what a deployment is made of and of the commands that make and remove one."""
