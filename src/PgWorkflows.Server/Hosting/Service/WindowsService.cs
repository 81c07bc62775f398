using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PgWorkflows.Server.Hosting.Service;

/// <summary>
/// The server as a Windows service: connects the process to the service manager, says how far it is, and turns a stop or a shutdown into the host's own.
/// The few calls of advapi32 that this takes are here, because the package for it brings much more.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsService : IHostedLifecycleService
{
    private const uint OwnProcess = 0x10, StartPending = 2, StopPending = 3, Running = 4, Stopped = 1;
    private const uint AcceptStop = 1, AcceptShutdown = 4;
    private const uint ControlStop = 1, ControlInterrogate = 4, ControlShutdown = 5;
    private const int NotImplemented = 120;

    private static WindowsService? _one;
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _name;
    private readonly IHostApplicationLifetime _lifetime;
    private nint _handle;
    private uint _state = StartPending;

    public WindowsService(string name, IHostApplicationLifetime lifetime) => (_name, _lifetime) = (name, lifetime);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _one = this;
        // The call blocks for as long as the service lives.
        new Thread(Dispatch) { IsBackground = true, Name = "service manager" }.Start();
        await _connected.Task.WaitAsync(cancellationToken);
        Report(StartPending);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Report(Running);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Report(StopPending);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Report(Stopped);
        return Task.CompletedTask;
    }

    private unsafe void Dispatch()
    {
        fixed (char* text = _name)
        {
            var table = stackalloc Entry[2];
            table[0] = new() { Name = text, Main = &ServiceMain };
            table[1] = default;
            if (StartServiceCtrlDispatcher(table))
                return;
            _connected.TrySetException(new Win32Exception(Marshal.GetLastPInvokeError(), "The service manager has not started this process; leave --service out."));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static unsafe void ServiceMain(uint count, char** arguments)
    {
        var service = _one!;
        service._handle = RegisterServiceCtrlHandlerEx(service._name, &Control, 0);
        if (service._handle == 0)
        {
            service._connected.TrySetException(new Win32Exception(Marshal.GetLastPInvokeError()));
            return;
        }

        service._connected.TrySetResult(); // The dispatcher, not this call, lives as long as the service.
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static uint Control(uint control, uint type, nint data, nint context)
    {
        var service = _one!;
        switch (control)
        {
            case ControlStop or ControlShutdown:
                service.Report(StopPending);
                ThreadPool.QueueUserWorkItem(_ => service._lifetime.StopApplication());
                return 0;
            case ControlInterrogate:
                service.Report(service._state);
                return 0;
            default:
                return NotImplemented;
        }
    }

    private unsafe void Report(uint state)
    {
        if (_handle == 0)
            return;
        _state = state;
        var status = new Status
        {
            Type = OwnProcess,
            State = state,
            Accepted = state == Running ? AcceptStop | AcceptShutdown : 0,
            WaitHint = state is StartPending or StopPending ? 60_000u : 0,
            CheckPoint = state is StartPending or StopPending ? 1u : 0,
        };
        _ = SetServiceStatus(_handle, &status);
    }

    [LibraryImport("advapi32", EntryPoint = "StartServiceCtrlDispatcherW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static unsafe partial bool StartServiceCtrlDispatcher(Entry* table);

    [LibraryImport("advapi32", EntryPoint = "RegisterServiceCtrlHandlerExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static unsafe partial nint RegisterServiceCtrlHandlerEx(string name, delegate* unmanaged[Stdcall]<uint, uint, nint, nint, uint> handler, nint context);

    [LibraryImport("advapi32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static unsafe partial bool SetServiceStatus(nint handle, Status* status);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Entry
    {
        public char* Name;
        public delegate* unmanaged[Stdcall]<uint, char**, void> Main;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Status
    {
        public uint Type;
        public uint State;
        public uint Accepted;
        public uint ExitCode;
        public uint SpecificExitCode;
        public uint CheckPoint;
        public uint WaitHint;
    }
}
