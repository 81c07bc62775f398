using System.Globalization;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>An error of the Windows service manager that an operator meets; docs/windows.md has the same table, and a test compares them.</summary>
/// <param name="Number">The number that the text after FAILED and the exit code of <c>sc</c> give.</param>
/// <param name="Name">Its name in Windows' headers.</param>
/// <param name="Meaning">What it says of the service, in a few words.</param>
internal sealed record Win32Error(int Number, string Name, string Meaning)
{
    /// <summary>The service ended with a number of its own.</summary>
    public const int ServiceSpecific = 1066;

    /// <summary>The known ones, ascending.</summary>
    public static IReadOnlyList<Win32Error> All { get; } =
    [
        new(2, "ERROR_FILE_NOT_FOUND", "the service's program is not there"),
        new(5, "ERROR_ACCESS_DENIED", "this account has no right to do that to the service"),
        new(1051, "ERROR_DEPENDENT_SERVICES_RUNNING", "other running services need it"),
        new(1052, "ERROR_INVALID_SERVICE_CONTROL", "the service does not take this request"),
        new(1053, "ERROR_SERVICE_REQUEST_TIMEOUT", "the service's process did not answer the service manager in time"),
        new(1056, "ERROR_SERVICE_ALREADY_RUNNING", "it is not stopped, so it cannot be started"),
        new(1057, "ERROR_INVALID_SERVICE_ACCOUNT", "the service's account does not exist or its password is wrong"),
        new(1058, "ERROR_SERVICE_DISABLED", "its start type is disabled"),
        new(1059, "ERROR_CIRCULAR_DEPENDENCY", "services need each other to start"),
        new(1060, "ERROR_SERVICE_DOES_NOT_EXIST", "no service has this name; a display name is not one"),
        new(1061, "ERROR_SERVICE_CANNOT_ACCEPT_CTRL", "it takes no requests in its present state"),
        new(1062, "ERROR_SERVICE_NOT_ACTIVE", "it is stopped already"),
        new(1064, "ERROR_EXCEPTION_IN_SERVICE", "an exception ended it"),
        new(ServiceSpecific, "ERROR_SERVICE_SPECIFIC_ERROR", "it ended with a number of its own"),
        new(1067, "ERROR_PROCESS_ABORTED", "its process died"),
        new(1068, "ERROR_SERVICE_DEPENDENCY_FAIL", "a service that it needs did not start"),
        new(1069, "ERROR_SERVICE_LOGON_FAILED", "its account could not log on: password, or the right to log on as a service"),
        new(1070, "ERROR_SERVICE_START_HANG", "it hung while it was starting"),
        new(1072, "ERROR_SERVICE_MARKED_FOR_DELETE", "it is being deleted"),
        new(1075, "ERROR_SERVICE_DEPENDENCY_DELETED", "a service that it needs does not exist"),
        new(1077, "ERROR_SERVICE_NEVER_STARTED", "it was not started since the machine was"),
        new(1722, "RPC_S_SERVER_UNAVAILABLE", "the service manager of that machine cannot be reached"),
    ];

    private static readonly Dictionary<int, Win32Error> ByNumber = All.ToDictionary(error => error.Number);

    /// <summary>The error of this number, or null.</summary>
    public static Win32Error? Find(int number) => ByNumber.GetValueOrDefault(number);

    /// <summary>Number and name; the number alone when the name is not known.</summary>
    public static string Describe(int number)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        return Find(number) is { } error ? $"{digits} {error.Name}" : $"error {digits}";
    }
}
