namespace PgWorkflows.Runtime.Demo;

/// <summary>This machine has not what a demo needs; the message says what is missing and what to do.</summary>
public sealed class DemoException(string message) : Exception(message);
